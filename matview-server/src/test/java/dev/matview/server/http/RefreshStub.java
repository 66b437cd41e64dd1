package dev.matview.server.http;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.RefreshResult;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** There are no feeds, and their refreshes end as a test wants it. */
public final class RefreshStub {

    private RefreshStub() {}

    /** Every query is answered with an empty page. */
    public static HttpService.Feeds refreshing(Supplier<CompletableFuture<RefreshResult>> refresh) {
        StubFeeds stub = new StubFeeds((collection, query) -> SomePage.empty());
        GlobalFeeds feeds = (GlobalFeeds) Proxy.newProxyInstance(
                GlobalFeeds.class.getClassLoader(), new Class<?>[] {GlobalFeeds.class}, (proxy, method, arguments) -> {
                    try {
                        return method.getName().equals("refresh")
                                ? refresh.get()
                                : method.invoke(StubFeeds.NONE, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        return new HttpService.Feeds(stub, stub, feeds);
    }
}
