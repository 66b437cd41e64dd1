package dev.matview.couch.internal.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.spi.Position;
import dev.matview.couch.internal.client.Changes;
import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.CouchFailure;
import dev.matview.couch.internal.client.CouchJson;
import dev.matview.couch.internal.client.CouchPath;
import dev.matview.couch.internal.client.CouchRequest;
import dev.matview.couch.internal.client.ReaderThreads;
import dev.matview.couch.internal.client.WrongAnswerException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads where databases stand: from {@code _dbs_info}, a hundred at a time, and from {@code GET /{db}} where the server
 * does not know that, or refuses it. Thread-safe.
 */
final class PositionReader {

    /** The most that CouchDB takes in one request, unless configured otherwise. */
    private static final int BATCH = 100;

    /** Older servers, others than CouchDB, and users that may not. A 401 or a 429 is of the moment. */
    private static final Set<Integer> NOT_FOR_US = Set.of(400, 403, 404, 405);

    private final CouchClient cluster;
    private final ReaderThreads workers;

    /** Set once the server has refused a batch; a server does not learn it while we run. */
    private volatile boolean oneByOne;

    PositionReader(CouchClient cluster, ReaderThreads workers) {
        this.cluster = cluster;
        this.workers = workers;
    }

    Survey read(Collection<String> names) throws InterruptedException {
        Survey survey = new Survey(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
        List<String> all = List.copyOf(names);
        int step = oneByOne ? 1 : BATCH;
        List<ReaderThreads.Job> jobs = new ArrayList<>();
        for (int from = 0; from < all.size(); from += step) {
            List<String> batch = all.subList(from, Math.min(all.size(), from + step));
            jobs.add(() -> read(batch, survey));
        }
        workers.run(jobs);
        return survey;
    }

    private void read(List<String> batch, Survey survey) throws InterruptedException {
        if (!oneByOne) {
            try {
                readBatch(batch, survey);
                return;
            } catch (CouchFailure e) {
                if (e.isServerAway() && e.status() == 0) {
                    throw e;
                }
                // Refused for good, or one database of the batch makes it fail: each may still answer for itself.
                oneByOne |= NOT_FOR_US.contains(e.status());
            }
        }
        for (String name : batch) {
            readOne(name, survey);
        }
    }

    private void readBatch(List<String> batch, Survey survey) throws InterruptedException {
        ObjectNode body = CouchJson.object();
        ArrayNode keys = body.putArray("keys");
        batch.forEach(keys::add);
        JsonNode answers = cluster.json(
                CouchRequest.post(CouchPath.server("_dbs_info"), body).repeated(),
                answer -> requireAbout(batch, answer));
        for (JsonNode answer : answers) {
            String name = answer.path("key").asText();
            if (answer.has("info")) {
                survey.standings().put(name, standing(answer.path("info")));
            } else if (!"not_found".equals(answer.path("error").asText())) {
                readOne(name, survey);
            }
        }
    }

    /** One answer for each name, and for no other. */
    private static void requireAbout(List<String> batch, JsonNode answers) throws WrongAnswerException {
        Set<String> left = new HashSet<>(batch);
        for (JsonNode answer : answers) {
            String name = answer.path("key").asText();
            WrongAnswerException.unless(left.remove(name), "an answer about other databases than asked for");
            if (answer.has("info")) {
                requireAbout(name, answer.path("info"));
            } else {
                WrongAnswerException.unless(
                        answer.path("error").isTextual(), "an answer that says nothing of a database");
            }
        }
        WrongAnswerException.unless(
                answers.isArray() && left.isEmpty(), "an answer that lacks some of the databases asked for");
    }

    private static void requireAbout(String name, JsonNode info) throws WrongAnswerException {
        WrongAnswerException.unless(
                info.path("db_name").asText().equals(name)
                        && !info.path("update_seq").asText().isEmpty(),
                "an answer that does not say where the database stands");
    }

    private void readOne(String name, Survey survey) throws InterruptedException {
        try {
            JsonNode info =
                    cluster.json(CouchRequest.get(CouchPath.database(name)), answer -> requireAbout(name, answer));
            Standing standing = standing(info);
            survey.standings()
                    .put(name, standing.telling() ? standing : standing.at(withLastChange(name, standing.position())));
        } catch (CouchFailure e) {
            if (e.isServerAway()) {
                throw e;
            }
            if (!e.isNotFound() && !e.error().equals("illegal_database_name")) {
                survey.failed().put(name, e);
            }
        }
    }

    /** Whether a database made again under its name would show: CouchDB 2 says "0", PouchDB Server when it was started. */
    private static boolean isTelling(JsonNode info) {
        return info.has("purge_seq")
                && !"0".equals(info.path("instance_start_time").asText("0"));
    }

    /** The last change tells it, unless it is the same to the revision. */
    private Position withLastChange(String name, Position position) throws InterruptedException {
        CouchPath path =
                CouchPath.database(name, "_changes").with("descending", "true").with("limit", 1);
        try {
            JsonNode last = cluster.json(CouchRequest.get(path), Changes::require)
                    .path("results")
                    .path(0);
            String change = last.path("id").asText() + "@"
                    + last.path("changes").path(0).path("rev").asText();
            return new Position(position.updateSeq() + " " + change, position.purgeSeq(), position.instance());
        } catch (CouchFailure e) {
            if (e.isNotFound()) {
                return position;
            }
            throw e;
        }
    }

    /** Numbers in some servers, opaque strings in others. */
    private static Standing standing(JsonNode info) {
        Position position = new Position(
                info.path("update_seq").asText(),
                info.path("purge_seq").asText(),
                info.path("instance_start_time").asText());
        return new Standing(position, isTelling(info), info.path("doc_count").asLong());
    }

    /** Whether the database is there at all. */
    boolean exists(String name) throws InterruptedException {
        Survey survey = new Survey(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
        readOne(name, survey);
        return !survey.standings().isEmpty() || !survey.failed().isEmpty();
    }
}
