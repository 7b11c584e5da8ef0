<?php
header('Content-Type: text/plain');
echo "php on port {$_SERVER['SERVER_PORT']}\n";
