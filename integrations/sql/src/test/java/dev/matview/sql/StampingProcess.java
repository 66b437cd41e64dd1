package dev.matview.sql;

import java.net.URI;

/** Commits one generation after the other, and prints the number of each once it is committed, until it is killed. */
final class StampingProcess {

    private StampingProcess() {}

    public static void main(String[] arguments) {
        try (SqlViewStore store = SqlViewStore.builder(URI.create(arguments[0])).connections(2).build()) {
            long base = Stamped.requireWhole(store);
            while (store.commit(Stamped.next(base))) {
                base++;
                System.out.println(base);
            }
            System.exit(1);
        }
    }
}
