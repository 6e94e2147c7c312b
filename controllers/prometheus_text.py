# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Text format of Prometheus metrics.

Source: https://prometheus.io/docs/instrumenting/exposition_formats, text format 0.0.4.
"""

from collections.abc import Iterable

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def metrics_text(families: Iterable[tuple]) -> str:
    """Return families of metrics as text.

    Args:
        families: each with its name, type, help text, and samples: pairs of labels
            and value.
    """
    lines = []
    for name, kind, meaning, samples in families:
        lines += [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{_labels(labels)} {value}" for labels, value in samples]
    return "\n".join([*lines, ""])


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    pairs = (f'{name}="{text.translate(ESCAPES)}"' for name, text in labels.items())
    return f"{{{','.join(pairs)}}}"
