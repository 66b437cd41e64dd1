/** Materialized global feeds over many user databases. */
module dev.matview.core {
    requires transitive com.fasterxml.jackson.databind;
    requires static transitive org.jspecify;
    requires com.github.benmanes.caffeine;
    requires com.ibm.icu;
    requires org.slf4j;

    uses dev.matview.core.spi.ViewStoreProvider;

    provides dev.matview.core.spi.ViewStoreProvider with
            dev.matview.core.memory.InMemoryViewStores;

    exports dev.matview.core;
    exports dev.matview.core.access;
    exports dev.matview.core.error;
    exports dev.matview.core.event;
    exports dev.matview.core.feed;
    exports dev.matview.core.files;
    exports dev.matview.core.mango;
    exports dev.matview.core.memory;
    exports dev.matview.core.registry;
    exports dev.matview.core.spi;
}
