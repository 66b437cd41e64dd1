package dev.matview.core.internal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Page;
import java.util.ArrayList;
import java.util.List;

/** A page with what the moment of asking adds to it. */
record Answer(CachedPage page, String generationTag, String bookmark, View view) implements Page {

    /** The part of an answer that stays the same as long as its generation does. */
    record CachedPage(byte[] json, int size) {}

    @Override
    public byte[] json() {
        return page.json();
    }

    @Override
    public int size() {
        return page.size();
    }

    @Override
    public List<ObjectNode> documents() {
        List<ObjectNode> documents = new ArrayList<>(size());
        Json.parseArray(json()).forEach(document -> documents.add((ObjectNode) document));
        return documents;
    }
}
