package dev.matview.couch;

import dev.matview.couch.internal.client.CouchClient;

/** Opens what is behind the front for the tests of the rooms there. */
public final class Inside {

    private Inside() {}

    public static CouchClient of(CouchCluster cluster) {
        return cluster.client();
    }
}
