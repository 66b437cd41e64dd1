package dev.matview.core.internal.keep;

import dev.matview.core.access.Acl;
import java.util.ArrayList;
import java.util.List;

/**
 * Under which keys a store finds the rows of an ACL feed that somebody may read: the parts that {@code AclIndex} has as trees. Rules
 * ask for nobody here: over such a store there are none but those that let nobody in and keep everybody out.
 */
public final class Readers {

    /** The index that has them. */
    public static final String INDEX = "acl";

    private Readers() {}

    /** The rows that everybody may read who is not denied. */
    public static byte[] open() {
        return KeyText.of('o').bytes();
    }

    /** Those of them that deny somebody. */
    public static byte[] openDenying(String did) {
        return KeyText.of('d').add(did).bytes();
    }

    /** The other rows of an owner. */
    public static byte[] ownedBy(String database) {
        return KeyText.of('w').add(database).bytes();
    }

    /** Those of them that deny somebody. */
    public static byte[] ownedDenying(String database, String did) {
        return KeyText.of('x').add(database).add(did).bytes();
    }

    /** The rows that are not open and allow somebody whom they do not deny. */
    public static byte[] allowing(String did) {
        return KeyText.of('a').add(did).bytes();
    }

    /** Those of them that an owner has. */
    public static byte[] ownedAllowing(String database, String did) {
        return KeyText.of('b').add(database).add(did).bytes();
    }

    /** All keys of a row. */
    static List<byte[]> of(Acl acl, String owner) {
        List<byte[]> keys = new ArrayList<>();
        if (acl.deniesEverybody() || !acl.denyRules().isEmpty()) {
            return keys;
        }
        if (acl.allowsEverybody()) {
            keys.add(open());
            acl.deny().forEach(did -> keys.add(openDenying(did)));
            return keys;
        }
        keys.add(ownedBy(owner));
        acl.deny().forEach(did -> keys.add(ownedDenying(owner, did)));
        acl.allow().stream().filter(did -> !acl.deny().contains(did)).forEach(did -> {
            keys.add(allowing(did));
            keys.add(ownedAllowing(owner, did));
        });
        return keys;
    }
}
