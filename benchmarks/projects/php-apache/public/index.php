<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path === '/health') {
    echo "ok\n";
    return;
}
?>
<!doctype html><title>Guest book</title><p><?= htmlspecialchars(mb_strtoupper('welcome')) ?></p>
