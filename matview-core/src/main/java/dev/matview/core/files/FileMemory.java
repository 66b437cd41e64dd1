package dev.matview.core.files;

/** What is remembered of files between visits, within bounds. Thread-safe. */
record FileMemory(BadFiles bad, KnownLines lines) {

    FileMemory() {
        this(new BadFiles(), new KnownLines());
    }
}
