package dev.matview.core.internal.read;

import dev.matview.core.Page;
import dev.matview.core.internal.json.JsonArrayElements;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What leads from one list of rows to another. Of the rows that are in both and show the same, as many as possible keep
 * their place: a longest rising run of their former numbers, found as patience sorting does (Fredman, 1975).
 */
final class Difference {

    private Difference() {}

    static Page.Delta between(
            List<String> oldKeys, JsonArrayElements oldRows, List<String> newKeys, JsonArrayElements newRows) {
        Map<String, Integer> left = new LinkedHashMap<>();
        for (int i = 0; i < oldKeys.size(); i++) {
            left.put(oldKeys.get(i), i);
        }
        int[] formerly = new int[newKeys.size()];
        Arrays.fill(formerly, -1);
        BitSet placed = new BitSet();
        for (int i = 0; i < formerly.length; i++) {
            Integer former = left.remove(newKeys.get(i));
            if (former == null || !newRows.isSame(i, oldRows, former)) {
                placed.set(i);
            } else {
                formerly[i] = former;
            }
        }
        BitSet staying = longestRise(formerly);
        List<Page.Put> put = new ArrayList<>();
        for (int i = 0; i < formerly.length; i++) {
            if (!staying.get(i)) {
                put.add(new Page.Put(newKeys.get(i), i, placed.get(i) ? newRows.get(i) : null));
            }
        }
        return new Page.Delta(List.copyOf(left.keySet()), put);
    }

    /** The places of a longest rising run; what is below zero is in none. */
    private static BitSet longestRise(int[] numbers) {
        // The end of the best run of each length, and what came before each number in its run.
        int[] ends = new int[numbers.length];
        int[] before = new int[numbers.length];
        int length = 0;
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] < 0) {
                continue;
            }
            int low = 0;
            int high = length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (numbers[ends[middle]] < numbers[i]) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            before[i] = low == 0 ? -1 : ends[low - 1];
            ends[low] = i;
            length = Math.max(length, low + 1);
        }
        BitSet run = new BitSet();
        for (int i = length == 0 ? -1 : ends[length - 1]; i >= 0; i = before[i]) {
            run.set(i);
        }
        return run;
    }
}
