package dev.matview.server.http;

import dev.matview.core.ColdQueryException;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.Settings;
import dev.matview.core.mango.Budget;
import java.lang.reflect.Proxy;
import java.util.List;

/** Feeds that answer every query in one way, and do nothing else. */
public final class StubFeeds {

    public interface Answering {
        Page page(String collection, Query query);
    }

    private StubFeeds() {}

    public static GlobalFeeds answering(Answering answering) {
        return (GlobalFeeds) Proxy.newProxyInstance(
                GlobalFeeds.class.getClassLoader(),
                new Class<?>[] {GlobalFeeds.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "query" -> answering.page((String) arguments[0], (Query) arguments[1]);
                    case "queryOwn" -> {
                        if (!((Budget) arguments[2]).mayWait()) {
                            throw new ColdQueryException();
                        }
                        yield answering.page((String) arguments[0], (Query) arguments[1]);
                    }
                    case "settings" -> Settings.defaults();
                    case "budget" -> Budget.unlimited();
                    case "hotBudget" -> Budget.hot(1_000_000);
                    case "status" -> List.of();
                    case "isRegistryRead" -> true;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
