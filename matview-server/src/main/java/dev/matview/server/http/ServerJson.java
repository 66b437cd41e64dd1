package dev.matview.server.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/** The server and what it reads from, as administrators are told of it, in JSON. Thread-safe. */
record ServerJson(Origin origin, Instant startedAt) {

    void describe(ObjectNode json) {
        json.put("version", ServerJson.class.getPackage().getImplementationVersion())
                .put("startedAt", startedAt.toString())
                .put("source", origin.documents())
                .put("changes", origin.changes());
        ArrayNode sources = json.putArray("sources");
        for (Origin.Place place : origin.places().get()) {
            sources.addObject()
                    .put("name", place.name())
                    .put("state", place.up() ? "up" : "away")
                    .put("since", place.since().toString())
                    .put("reason", place.reason());
        }
    }
}
