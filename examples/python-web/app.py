import psycopg2
from flask import Flask, render_template

app = Flask(__name__)


@app.route("/")
def index():
    return render_template("index.html", libpq=psycopg2.extensions.libpq_version())


@app.route("/healthz")
def healthz():
    return "ok\n"
