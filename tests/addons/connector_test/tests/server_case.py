# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the server tests, in which databases come and go.

The PostgreSQL server is its own: a server without ``-d`` serves every database there.
"""

import http.client
import json
import os
import re
import subprocess
from contextlib import closing
from pathlib import Path

from .chaos_case import ChaosCase
from .private_server import PrivateServer
from .tools import import_tool

IN_USE = "is being accessed by other users"  # as PostgreSQL says it
ADDON = "connector_test"  # with connector below it
INSERT_JOB = """
INSERT INTO connector_queue_job (
    uuid, payload, func_name, model_name, payload_version, user_id, channel_id, state,
    context, priority, attempt, retry, max_retries, deaths, commits, date_created
)
SELECT gen_random_uuid(), '[[], []]',
       'odoo.addons.connector_test.models.job.leave_trace', 'connector.test.trace', 1,
       1, channel.id, %s, '{}', 10, 0, 0, 5, 0, 0, now() AT TIME ZONE 'UTC'
  FROM connector_queue_channel AS channel
 WHERE complete_name = 'root';
UPDATE connector_queue_job AS job
   SET seal = connector_queue_seal(job)
 WHERE id = currval('connector_queue_job_id_seq')
RETURNING id
"""
JOB = "SELECT state FROM connector_queue_job WHERE id = %s"
KINDS = "SELECT DISTINCT process_type FROM connector_queue_worker WHERE refusal IS NULL"
SERVER = re.compile(r"^(db_host|db_port|db_user|data_dir|http_port) *=.*\n", re.M)


class ServerCase(ChaosCase):
    """A test with servers on a PostgreSQL server of its own."""

    def setUp(self):
        super().setUp()
        self.environment["CONNECTOR_COPY_WAIT_S"] = "0"  # copies are meant to run
        bench = import_tool("workbench").prepare()
        addons = import_tool("addons")
        addon = next(one for one in addons.find_addons() if one.name == ADDON)
        depends = addons.find_dependencies(addon)
        template = import_tool("template").find_template(bench, depends)
        self.postgres = PrivateServer(self.folder, "bare")
        self.addCleanup(self.postgres.stop)
        self.postgres.cluster.create()
        self.postgres.cluster.start()
        self.postgres.copy(template, "bare")
        self._configure(bench.config)

    def _configure(self, config: Path) -> None:
        """Let the servers and commands of the test find its PostgreSQL server only.

        The environment goes before the file, and leads to the server of all tests.
        """
        server = self.postgres.cluster.server()
        values = {
            "db_host": server.host,
            "db_port": server.port,
            "db_user": server.user,
            "data_dir": self.folder / "data",
        }
        lines = "".join(f"{name} = {value}\n" for name, value in values.items())
        file = self.folder / "odoo.conf"
        file.write_text(SERVER.sub("", config.read_text()) + lines)
        self.environment["ODOO_RC"] = str(file)
        self.environment.update(
            {"PGHOST": server.host, "PGPORT": server.port, "PGUSER": server.user}
        )

    # === DATABASES === #

    def make_database(self, name: str, template: str = "bare") -> None:
        """Copy a database as Odoo does: nobody may be connected to the one copied.

        A server that comes back in between is sent away again.
        """
        self.wait_for(lambda: self._copy(template, name), f"no copy of {template}")

    def _copy(self, template: str, name: str) -> bool:
        """Copy a database; False when somebody was connected to it."""
        server = self.postgres.cluster.server()
        server.end_sessions(template)
        try:
            server.query(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        except import_tool("say").StepFailed as error:
            if IN_USE not in str(error):
                raise
            return False
        return True

    def drop_database(self, name: str) -> None:
        """Drop a database, though servers are connected to it."""
        server = self.postgres.cluster.server("postgres")
        server.query(f'DROP DATABASE "{name}" WITH (FORCE)')

    def ask(self, db_name: str, statement: str, *values) -> list[tuple]:
        """Return the rows of a statement in a database."""
        return self.postgres.query(statement, *values, db_name=db_name)

    def insert_job(self, db_name: str, state: str = "pending") -> int:
        """Insert a job into a database and notify; return its id.

        It is sealed in the same transaction: a worker leaves one without its seal.
        """
        ((job_id,),) = self.ask(db_name, INSERT_JOB, state)
        self.ask(db_name, "NOTIFY connector_queue")
        return job_id

    def state_of(self, db_name: str, job_id: int) -> str:
        """Return the state of a job."""
        ((state,),) = self.ask(db_name, JOB, job_id)
        return state

    def kinds_in(self, db_name: str) -> set[str]:
        """Return of which kind the processes are that have workers in a database."""
        return {kind for (kind,) in self.ask(db_name, KINDS)}

    def assertRuns(self, db_name: str, what: str) -> float:
        """A new job of a database is run; return how long that takes, in seconds."""
        job_id = self.insert_job(db_name)
        return self.measure(lambda: self.state_of(db_name, job_id) == "done", what)

    # === SERVERS === #

    def serve(self, *arguments: str) -> "Client":
        """Start a server with its web server; return who can speak to it."""
        port = import_tool("odoo_server").free_port()
        where = ["--http-port", str(port), *self.postgres.odoo_arguments()]
        with self.log.open("a") as output:
            server = subprocess.Popen(
                self.odoo_command("server", *where, *arguments),
                env={**self.environment, "PATH": self._path()},
                cwd="/",
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.addCleanup(self.kill_server, server)
        client = Client(port, server.pid)
        self.wait_for(client.is_there, "the server does not answer")
        return client

    def _path(self) -> str:
        return f"{Path(self.odoo_command()[0]).parent}{os.pathsep}{os.environ['PATH']}"

    def command(self, *words: str) -> None:
        """Run a command of Odoo beside the server."""
        self.run_command(*words)

    def install(self, client: "Client", db_name: str) -> None:
        """Install the addon as a person does in Apps."""
        client.log_in(db_name)
        client.call("ir.module.module", "update_list")
        ids = client.call("ir.module.module", "search", [("name", "=", ADDON)])
        # a cron that runs forbids it for a moment
        self.wait_for(
            lambda: client.call("ir.module.module", "button_immediate_install", ids),
            "it cannot be installed",
        )


class Client:
    """Speaks to a server as the web client of Odoo does.

    Args:
        port: of the web server.
        pid: process of the server.
    """

    def __init__(self, port: int, pid: int):
        self.port, self.pid = port, pid
        self._cookie = ""

    def is_there(self) -> bool:
        """Tell whether the server answers."""
        try:
            return self._post("/web/webclient/version_info", {}) is not None
        except OSError:
            return False

    def log_in(self, db_name: str) -> None:
        """Begin a session as the administrator of a database."""
        values = {"db": db_name, "login": "admin", "password": "admin"}
        self._post("/web/session/authenticate", values)

    def call(self, model: str, method: str, *args):
        """Return what a method answers; None when it is refused."""
        values = {"model": model, "method": method, "args": args, "kwargs": {}}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", values)

    def _post(self, path: str, values: dict):
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": values})
        headers = {"Content-Type": "application/json", "Cookie": self._cookie}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        with closing(connection):
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            cookie = answer.getheader("Set-Cookie", "")
            if found := re.search("session_id=[^;]+", cookie):
                self._cookie = found[0]
            return json.loads(answer.read()).get("result")
