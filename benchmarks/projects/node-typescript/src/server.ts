import express, { Request, Response } from "express";

const app = express();
const items: string[] = ["apple", "pear"];

app.get("/", (_request: Request, response: Response) => { response.json({ items }); });
app.get("/health", (_request: Request, response: Response) => { response.send("ok"); });

const server = app.listen(3000, () => console.log("listening on 3000"));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
