package dev.matview.couch.harness;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What the found server can do, found out by trying. Tests assert the fallback where something is missing; they are not
 * skipped.
 *
 * @param dbsInfo {@code POST /_dbs_info}
 * @param dbUpdates {@code GET /_db_updates}
 * @param purge {@code POST /{db}/_purge}
 * @param authentication whether wrong credentials are refused
 * @param slashInNames whether a name keeps its slash
 * @param ranges whether {@code _all_dbs} knows ranges and limits
 * @param nodes what is below {@code /_node/_local}: statistics, and a way to restart the server
 * @param localDocumentOverwrite whether a local document can be written over without its revision
 * @param selectorChanges {@code POST /{db}/_changes?filter=_selector}
 * @param exactNumbers whether numbers come back as they were written, integers of any size too
 * @param tellingPositions whether where a database stands tells it from one made again, and tells purges
 * @param astralIds whether a document may have an id beyond the first plane of Unicode
 * @param copies how many there are of each document: more than one in a cluster
 */
public record Capabilities(
        boolean dbsInfo,
        boolean dbUpdates,
        boolean purge,
        boolean authentication,
        boolean slashInNames,
        boolean ranges,
        boolean nodes,
        boolean localDocumentOverwrite,
        boolean selectorChanges,
        boolean exactNumbers,
        boolean tellingPositions,
        boolean astralIds,
        int copies) {

    static Capabilities of(RawCouch couch) {
        String probe = "matview-probe-" + Long.toString(System.nanoTime(), 36);
        String slashed = probe + "/a";
        try {
            couch.create(probe);
            couch.create(slashed);
            String rev = couch.put(probe, "a", "{}");
            couch.send("PUT", couch.path(probe, "_local", "a"), "{}");
            couch.put(probe, "\ud83d\ude00", "{\"n\":123456789012345678901234567890}");
            couch.put(probe, "n", "{\"n\":123456789012345678901234567890}");
            return new Capabilities(
                    couch.send("POST", "/_dbs_info", "{\"keys\":[]}").statusCode() == 200,
                    couch.send("GET", "/_db_updates", null).statusCode() == 200,
                    couch.send("POST", couch.path(probe, "_purge"), "{\"a\":[\"" + rev + "\"]}")
                                    .statusCode()
                            < 300,
                    couch.asStranger("GET", "/_all_dbs").statusCode() == 401,
                    couch.names("").contains(slashed),
                    couch.send("GET", "/_all_dbs?limit=1", null).body().lines().count() == 1
                            && couch.json("GET", "/_all_dbs?limit=1", null).size() == 1,
                    couch.send("GET", "/_node/_local/_stats/couchdb", null).statusCode() == 200,
                    couch.send("PUT", couch.path(probe, "_local", "a"), "{}").statusCode() == 201,
                    couch.send("POST", couch.path(probe, "_changes") + "?filter=_selector", "{\"selector\":{}}")
                                    .statusCode()
                            == 200,
                    couch.get(probe, "n").path("n").asText().length() == 30,
                    isTelling(couch.json("GET", couch.path(probe), null)),
                    couch.json("GET", couch.path(probe, "_all_docs"), null)
                            .toString()
                            .contains("\ud83d\ude00"),
                    couch.json("GET", couch.path(probe), null)
                            .path("cluster")
                            .path("n")
                            .asInt(1));
        } finally {
            couch.drop(probe);
            couch.drop(slashed);
        }
    }

    /** Other servers tell no purges, and CouchDB 2 says "0". */
    private static boolean isTelling(JsonNode info) {
        return info.has("purge_seq")
                && !info.path("instance_start_time").asText("0").equals("0");
    }
}
