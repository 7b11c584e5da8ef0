const express = require("express");
const path = require("path");

const app = express();
app.use("/static", express.static(path.join(__dirname, "public")));
app.get("/", (req, res) => res.send(`orders for ${process.env.SHOP_NAME || "nobody"}\n`));
app.get("/healthz", (req, res) => res.send("ok"));
const server = app.listen(process.env.PORT || 3000);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
