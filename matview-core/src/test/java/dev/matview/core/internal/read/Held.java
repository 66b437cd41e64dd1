package dev.matview.core.internal.read;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Page;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a client holds of an answer: rows by their keys, in their order. It applies differences as a client would. */
record Held(List<String> keys, List<ObjectNode> documents) {

    static Held of(Page page) {
        return new Held(new ArrayList<>(page.keys()), page.documents());
    }

    void apply(Page.Delta delta) {
        Map<String, ObjectNode> before = new HashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            before.put(keys.get(i), documents.get(i));
        }
        Set<String> leaving = new HashSet<>(delta.removed());
        delta.put().forEach(put -> leaving.add(put.key()));
        for (int i = keys.size() - 1; i >= 0; i--) {
            if (leaving.contains(keys.get(i))) {
                keys.remove(i);
                documents.remove(i);
            }
        }
        for (Page.Put put : delta.put()) {
            keys.add(put.at(), put.key());
            documents.add(put.at(), put.document().orElseGet(() -> before.get(put.key())));
        }
    }
}
