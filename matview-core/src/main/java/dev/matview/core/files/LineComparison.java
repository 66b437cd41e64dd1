package dev.matview.core.files;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.files.FileLines.Digest;
import dev.matview.core.spi.Aggregator.Demand;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.SliceMaker;
import dev.matview.core.spi.VisitReport;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file once, for those who need all of it and for those who held it before: to the latter goes what is in the lines
 * that were not there then, and the ids of lines that are no more. A line that was there is not even parsed when nobody needs
 * the whole. For one thread.
 */
final class LineComparison implements JsonLinesParser.Documents {

    private final SliceMaker whole;
    private final boolean isWholeWanted;
    private final SliceMaker changes;
    private final @Nullable FileLines before;
    private final Map<Digest, Integer> numbers;
    /** The numbers of the lines that are still there. */
    private final BitSet stayed = new BitSet();

    private final FileLines.Builder lines;
    private final MessageDigest hash = sha256();
    /** The line's that is being parsed; null for one of which only the beginning is there. */
    private @Nullable Digest digest;

    private boolean isKnown;
    private boolean isComplete = true;

    /**
     * @param before what was in the file when some of those who demand it were told; null when that is not known
     * @param maxBytes what its lines may take to be remembered
     */
    LineComparison(
            VisitReport report, String database, List<Demand> demands, @Nullable FileLines before, long maxBytes) {
        this.lines = new FileLines.Builder(maxBytes);
        List<Demand> holding = new ArrayList<>();
        List<Demand> others = new ArrayList<>();
        for (Demand demand : demands) {
            boolean holds = before != null && VisitReport.holds(demand, database, before.position());
            (holds ? holding : others).add(demand);
        }
        this.whole = report.slices(database, others);
        this.isWholeWanted = !others.isEmpty();
        this.changes = before == null
                ? report.slices(database, holding)
                : report.changes(database, before.position(), holding);
        this.before = before;
        this.numbers = before == null ? Map.of() : before.byDigest();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public @Nullable String passOver(byte[] bytes, int offset, int length) {
        hash.update(bytes, offset, length);
        ByteBuffer hashed = ByteBuffer.wrap(hash.digest());
        Digest found = new Digest(hashed.getLong(), hashed.getLong());
        Integer number = numbers.get(found);
        if (before != null && number != null) {
            stayed.set(number);
            if (!isWholeWanted) {
                lines.add(before.id(number), found);
                return before.id(number);
            }
        }
        isKnown = number != null;
        digest = found;
        return null;
    }

    @Override
    public void document(ObjectNode document) {
        whole.add(document);
        if (!isKnown) {
            changes.add(document);
        }
        note(document.path("_id").textValue());
    }

    @Override
    public void unreadable(String id, Reason reason) {
        whole.leaveOut(id, reason);
        if (!isKnown) {
            changes.leaveOut(id, reason);
        }
        note(id);
    }

    @Override
    public void deleted(String id) {
        if (before != null && !isKnown) {
            changes.remove(id);
        }
        note(id);
    }

    private void note(String id) {
        if (digest == null) {
            // Two lines that begin alike need not be equal.
            isComplete = false;
        } else {
            lines.add(id, digest);
        }
        digest = null;
        isKnown = false;
    }

    /** The lines that the file has; nothing where they are too many, or cannot be told from others. */
    Optional<FileLines> lines(Position position) {
        return isComplete ? lines.build(position) : Optional.empty();
    }

    /**
     * Tells what was found, once all lines were read.
     *
     * @return those for whom the lines that differ are not enough
     */
    List<Demand> report(Position position) {
        if (before != null) {
            for (int i = stayed.nextClearBit(0); i < before.count(); i = stayed.nextClearBit(i + 1)) {
                changes.remove(before.id(i));
            }
        }
        whole.report(position);
        return changes.report(position);
    }
}
