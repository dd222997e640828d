package io.leveret.example.orders;

/**
 * What a customer sends.
 *
 * @param item what is ordered
 * @param quantity how many, at least 1
 */
public record OrderRequest(String item, int quantity) {

    /**
     * Says whether this can be ordered.
     *
     * @return false when the item is missing or the quantity is not positive
     */
    boolean valid() {
        return item != null && !item.isBlank() && quantity > 0;
    }
}
