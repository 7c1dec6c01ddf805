namespace OpenClaw.Edge;

/// <summary>
/// <c>Select</c> and <c>Where</c> as plain lazy iterators, in the place of LINQ's own for all code under <c>OpenClaw.Edge</c>: the compiler
/// finds these first because they stand in an enclosing namespace.
/// </summary>
/// <remarks>
/// LINQ's iterators offer <c>Select&lt;TResult&gt;</c> as a generic virtual method; compiled ahead of time that is code for every pair of
/// value types that any two queries use, 3 MB of the binary. .NET 10 has a switch for it (<c>UseSizeOptimizedLinq</c>), the .NET 9 pack of
/// the native build has not. Results and laziness are LINQ's; arguments are not checked before the first element is asked for.
/// </remarks>
public static class CompactSequences
{
    /// <summary>Each element through <paramref name="selector"/>, lazily and in order.</summary>
    public static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, TResult> selector)
    {
        foreach (TSource item in source)
        {
            yield return selector(item);
        }
    }

    /// <summary>Each element with its index from 0 through <paramref name="selector"/>, lazily and in order.</summary>
    public static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, int, TResult> selector)
    {
        int index = 0;
        foreach (TSource item in source)
        {
            yield return selector(item, index++);
        }
    }

    /// <summary>The elements that <paramref name="predicate"/> lets through, lazily and in order.</summary>
    public static IEnumerable<TSource> Where<TSource>(this IEnumerable<TSource> source, Func<TSource, bool> predicate)
    {
        foreach (TSource item in source)
        {
            if (predicate(item))
            {
                yield return item;
            }
        }
    }

    /// <summary>The elements that <paramref name="predicate"/> lets through with their index from 0, lazily and in order.</summary>
    public static IEnumerable<TSource> Where<TSource>(this IEnumerable<TSource> source, Func<TSource, int, bool> predicate)
    {
        int index = 0;
        foreach (TSource item in source)
        {
            if (predicate(item, index++))
            {
                yield return item;
            }
        }
    }
}
