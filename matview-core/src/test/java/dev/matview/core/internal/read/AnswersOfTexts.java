package dev.matview.core.internal.read;

import dev.matview.core.Page;
import dev.matview.core.event.Subscription;
import dev.matview.core.internal.read.ServedPage.CachedPage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Answers that show a text, each of a generation of its own. Notes which generations are held. */
public final class AnswersOfTexts implements ServedPage.Origin {

    private final List<String> held = new ArrayList<>();

    public ServedPage answer(String json) {
        return answer(json, "generation " + json);
    }

    /** @param generation its tag */
    public ServedPage answer(String json, String generation) {
        CachedPage page = new CachedPage(json.getBytes(StandardCharsets.UTF_8), List.of(), true, false, null);
        return new ServedPage(
                this,
                new KeptPage("v", page, Place.START),
                generation,
                "bookmark",
                null,
                new Page.View(1, Instant.EPOCH, 0, 0, 0));
    }

    public List<String> held() {
        return held;
    }

    @Override
    public String collection() {
        return "posts";
    }

    @Override
    public AnswerTag tag(KeptPage page, String generations) {
        return new AnswerTag(generations, "query", "rows");
    }

    @Override
    public List<String> keys(KeptPage page) {
        return List.of();
    }

    @Override
    public Optional<KeptPage> earlier(String generations) {
        return Optional.empty();
    }

    @Override
    public Subscription hold(String generations) {
        held.add(generations);
        return () -> held.remove(generations);
    }
}
