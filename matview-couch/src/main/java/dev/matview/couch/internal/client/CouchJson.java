package dev.matview.couch.internal.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** JSON as CouchDB writes it; nothing follows it, and whoever opened a stream closes it. */
public final class CouchJson {

    /** Above CouchDB's own limit for a document (8 MB by default), so that whatever it holds can be read. */
    private static final int MAX_STRING = 256 << 20;

    /** CouchDB keeps integers of any length. */
    private static final int MAX_NUMBER = 1 << 20;

    public static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(MAX_STRING)
                            .maxNumberLength(MAX_NUMBER)
                            .build())
                    .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private CouchJson() {}

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
