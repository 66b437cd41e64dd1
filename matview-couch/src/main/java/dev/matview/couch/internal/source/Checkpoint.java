package dev.matview.couch.internal.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.couch.internal.client.CouchJson;
import java.util.Optional;

/**
 * A place in a cluster's feed of updates, as a text that is kept with a generation. Where the server was restarted, it goes
 * on from there: only what the feed names since is looked at. Immutable.
 *
 * @param cluster its URL
 */
record Checkpoint(String cluster, UpdatesFeed.Place place) {

    String text() {
        ObjectNode json = CouchJson.object();
        json.put("cluster", cluster);
        json.put("history", place.history());
        json.put("since", place.since());
        return json.toString();
    }

    /** Empty for what another source of databases has written. */
    static Optional<Checkpoint> of(String text) {
        JsonNode json;
        try {
            json = CouchJson.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
        String cluster = json.path("cluster").textValue();
        String history = json.path("history").textValue();
        String since = json.path("since").textValue();
        return cluster == null || history == null || since == null
                ? Optional.empty()
                : Optional.of(new Checkpoint(cluster, new UpdatesFeed.Place(since, history)));
    }
}
