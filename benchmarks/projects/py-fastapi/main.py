from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI(title="Orders")


class Order(BaseModel):
    name: str
    amount: int = 1


@app.get("/")
def index() -> dict[str, str]:
    return {"service": "orders"}


@app.get("/health")
def health() -> dict[str, bool]:
    return {"ok": True}


@app.post("/orders")
def order(order: Order) -> Order:
    return order
