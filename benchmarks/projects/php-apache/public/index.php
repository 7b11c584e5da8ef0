<?php
require __DIR__ . '/../vendor/autoload.php';

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path === '/health') {
    header('Content-Type: text/plain');
    echo "ok\n";
    return;
}
if ($path !== '/') {
    http_response_code(404);
    echo "There is no such page\n";
    return;
}
$entries = GuestBook\Entries::fromXml(__DIR__ . '/../templates/entries.xml');
require __DIR__ . '/../templates/page.php';
