<!doctype html><title>Guest book</title>
<?php foreach ($entries as $entry): ?>
<p><?= htmlspecialchars($entry) ?></p>
<?php endforeach ?>
