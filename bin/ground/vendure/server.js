// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// A Vendure shop on one SQLite file, for tests and for the demo.
//
//     node server.js FILE PORT        serves the shop
//     node server.js FILE populate    makes a new one, with taxes, shipping and payment

const { bootstrap, dummyPaymentHandler, DefaultLogger, LogLevel } = require("@vendure/core");
const { populate } = require("@vendure/core/cli");

const [file, task] = process.argv.slice(2);
const isNew = task === "populate";

const config = {
    apiOptions: {
        hostname: "127.0.0.1",
        port: isNew ? 0 : Number(task),
        adminListQueryLimit: 200,
    },
    authOptions: {
        tokenMethod: ["bearer"],
        superadminCredentials: { identifier: "superadmin", password: "superadmin" },
    },
    dbConnectionOptions: {
        type: "better-sqlite3",
        database: file,
        synchronize: isNew,
    },
    paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
    logger: new DefaultLogger({ level: LogLevel.Warn }),
};

const settings = {
    defaultLanguage: "en",
    defaultZone: "Europe",
    countries: [
        { name: "Austria", code: "AT", zone: "Europe" },
        { name: "France", code: "FR", zone: "Europe" },
    ],
    taxRates: [{ name: "Standard Tax", percentage: 20 }],
    shippingMethods: [{ name: "Standard Shipping", price: 500, taxRate: 20 }],
    paymentMethods: [
        {
            name: "Standard Payment",
            handler: {
                code: dummyPaymentHandler.code,
                arguments: [{ name: "automaticSettle", value: "true" }],
            },
        },
    ],
    collections: [],
};

async function main() {
    if (isNew) {
        const app = await populate(() => bootstrap(config), settings);
        await app.close();
        process.exit(0);
    }
    await bootstrap(config);
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
