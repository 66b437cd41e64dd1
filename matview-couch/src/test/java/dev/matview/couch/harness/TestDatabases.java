package dev.matview.couch.harness;

import java.util.concurrent.ThreadLocalRandom;

/** The databases of one test: their names begin with a prefix of its own, and closing this deletes them. */
public final class TestDatabases implements AutoCloseable {

    private final RawCouch couch;
    private final String prefix;

    TestDatabases(RawCouch couch) {
        this.couch = couch;
        String random = Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36);
        this.prefix = "mvtest" + Long.toString(System.currentTimeMillis(), 36) + random + "-";
    }

    public String prefix() {
        return prefix;
    }

    /** The full name of a database. */
    public String name(String suffix) {
        return prefix + suffix;
    }

    /** Makes a database and gives its full name. */
    public String create(String suffix) {
        couch.create(name(suffix));
        return name(suffix);
    }

    /** A pattern that covers them all. */
    public String pattern() {
        return prefix + "*";
    }

    @Override
    public void close() {
        couch.names(prefix).forEach(couch::drop);
    }
}
