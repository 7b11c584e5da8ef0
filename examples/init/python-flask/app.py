import os

from flask import Flask, render_template

app = Flask(__name__)
GREETING = os.environ.get("GREETING", "Hello")


@app.route("/")
def index():
    return render_template("index.html", greeting=GREETING)


@app.route("/healthz")
def healthz():
    return "ok"
