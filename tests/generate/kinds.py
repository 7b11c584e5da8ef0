"""Projects of kinds that cannot be built everywhere: folder -> files. They are generated, parsed back and checked."""

from __future__ import annotations

PROJECTS: dict[str, dict[str, str]] = {
    "dotnet": {
        "Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>',
        "Program.cs": 'var app = WebApplication.Create(args);\napp.MapGet("/healthz", () => "ok");\napp.Run();\n',
    },
    "python-conda": {
        "environment.yml": "name: a\ndependencies:\n  - python=3.12\n  - flask\n  - gunicorn\n",
        "app.py": "from flask import Flask\napp = Flask(__name__)\n@app.route('/')\ndef index(): return 'x'\n",
    },
    "python-pip": {
        "requirements.txt": "django==5.1\npsycopg2==2.9\n",
        "manage.py": "",
        "shop/wsgi.py": "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
    },
    "node-yarn": {
        "package.json": '{"name": "a", "scripts": {"build": "next build"}, "dependencies": {"next": "15.0.0"}, "engines": {"node": "22"}}',
        "next.config.js": "module.exports = { output: 'standalone' };\n",
        "yarn.lock": "",
        "public/x.txt": "x",
    },
    "node-pnpm": {
        "package.json": '{"name": "a", "scripts": {"build": "nest build"}, "dependencies": {"@nestjs/core": "10"}, "devDependencies": {"@nestjs/cli": "10"}}',
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
        "src/main.ts": "async function main() { const app = await NestFactory.create(M); await app.listen(3000); }\n",
    },
    "java-gradle": {
        "build.gradle": "plugins { id 'org.springframework.boot' version '3.4.0' }\nversion = '1.0'\njava { toolchain { languageVersion = JavaLanguageVersion.of(21) } }\ndependencies { implementation 'org.springframework.boot:spring-boot-starter-actuator' }\n",
        "settings.gradle": "rootProject.name = 'stock'\n",
        "src/main/java/org/example/App.java": "package org.example;\n@SpringBootApplication\npublic class App { public static void main(String[] a) {} }\n",
    },
    "php-apache": {
        "composer.json": '{"require": {"php": "^8.3", "laravel/framework": "^11", "ext-pdo_pgsql": "*", "ext-intl": "*"}}',
        "composer.lock": "{}",
        "artisan": "",
        "public/index.php": "<?php\n",
    },
    "php-fpm": {"php-fpm.conf": "", "index.php": "<?php\n", ".php-version": "8.3\n"},
    "ruby-bundler": {
        "Gemfile": "source 'https://rubygems.org'\nruby '3.4.1'\ngem 'rails'\ngem 'pg'\ngem 'puma'\n",
        "Gemfile.lock": "",
        "config/application.rb": "",
        "config.ru": "run Rails.application\n",
    },
    "elixir-mix": {
        "mix.exs": 'defmodule A do\n  def project, do: [app: :chat]\n  defp deps, do: [{:phoenix, "~> 1.7"}]\nend\n',
        "mix.lock": "%{}",
        "lib/chat.ex": 'System.get_env("SECRET_KEY_BASE")\n',
        "assets/js/app.js": "",
    },
    "autotools": {
        "configure.ac": "AC_INIT([clock],[1])\n",
        "Makefile.am": "bin_PROGRAMS = clock\nclock_SOURCES = clock.c\n",
        "clock.c": "int main(void) { listen(socket(AF_INET, SOCK_STREAM, 0), 1); }\n",
    },
    "go": {
        "go.mod": "module example.org/db\n\ngo 1.25\n\nrequire (\n\tgithub.com/mattn/go-sqlite3 v1.14.0\n)\n",
        "go.sum": "",
        "main.go": 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
    },
    "static-site": {"public/index.html": "<p>x</p>"},
}
