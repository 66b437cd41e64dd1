package dev.matview.server;

import dev.matview.couch.CouchCluster;
import dev.matview.server.http.Origin;

/** A CouchDB, and the option that names it, which a message about it begins with. */
record NamedCluster(String option, CouchCluster couch) implements AutoCloseable {

    Origin.Place place() {
        CouchCluster.State state = couch.state();
        return new Origin.Place(couch.url(), state.up(), state.since(), state.reason());
    }

    /** The option as it would be given, without credentials. */
    @Override
    public String toString() {
        return option + " " + couch.url();
    }

    @Override
    public void close() {
        couch.close();
    }
}
