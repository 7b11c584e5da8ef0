<?php
namespace GuestBook;

final class Entries
{
    /** @return string[] the entries of an XML file, first letters in upper case */
    public static function fromXml(string $file): array
    {
        $found = [];
        foreach (simplexml_load_file($file)->entry as $entry) {
            $found[] = mb_convert_case((string) $entry, MB_CASE_TITLE);
        }
        return $found;
    }
}
