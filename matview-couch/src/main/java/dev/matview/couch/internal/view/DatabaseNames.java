package dev.matview.couch.internal.view;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.CouchPath;
import dev.matview.couch.internal.client.CouchRequest;
import dev.matview.couch.internal.client.WrongAnswerException;
import java.util.ArrayList;
import java.util.List;

/** Lists databases by the beginning of their names. */
final class DatabaseNames {

    private DatabaseNames() {}

    /** For few databases; a server that knows no ranges of names lists all it has. */
    static List<String> beginningWith(CouchClient cluster, String begin) throws InterruptedException {
        CouchPath path =
                CouchPath.server("_all_dbs").withJson("start_key", begin).withJson("end_key", begin + "\ufff0");
        List<String> names = new ArrayList<>();
        for (JsonNode name : cluster.json(CouchRequest.get(path).answeredWithNames(), DatabaseNames::requireNames)) {
            if (name.asText().startsWith(begin)) {
                names.add(name.asText());
            }
        }
        return names;
    }

    private static void requireNames(JsonNode answer) throws WrongAnswerException {
        WrongAnswerException.unless(answer.isArray(), "an answer that is no list of names");
        for (JsonNode name : answer) {
            WrongAnswerException.unless(name.isTextual(), "a list of names with something else in it");
        }
    }
}
