package dev.matview.core.mango;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * An order of JSON values, paid for: a step for each pair of values within the two, and for their text. Whoever compares
 * pays for the two themselves.
 */
interface Order {
    /** Compares as {@link java.util.Comparator#compare} does. */
    int compare(JsonNode a, JsonNode b, Budget budget);
}
