using System.Globalization;

namespace OpenClaw.Edge.Memory;

/// <summary>Judges what an embedder made before it is kept. Stateless.</summary>
internal static class VectorCheck
{
    private const int MaxDimensions = 8192;

    /// <summary>Brings vectors to length 1. Throws <see cref="MemoryEmbedderException"/> where they are not what was asked for.</summary>
    /// <param name="name">Who made them.</param>
    /// <param name="vectors">The vectors.</param>
    /// <param name="count">How many there have to be.</param>
    /// <param name="dimensions">Their length; null while nobody knows it.</param>
    public static void Accept(string name, IReadOnlyList<float[]> vectors, int count, int? dimensions)
    {
        if (vectors.Count != count || count == 0)
        {
            throw new MemoryEmbedderException(string.Create(CultureInfo.InvariantCulture, $"{name} made {vectors.Count} vectors of {count} texts"));
        }

        int wanted = dimensions ?? vectors[0].Length;
        foreach (float[] vector in vectors)
        {
            if (vector.Length != wanted || vector.Length is 0 or > MaxDimensions)
            {
                throw new MemoryEmbedderException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name} makes vectors of {vector.Length} numbers where the index has {wanted}. If the model changed, run: openclaw memory index --force"));
            }

            if (!VectorMath.TryNormalise(vector))
            {
                throw new MemoryEmbedderException($"{name} made a vector without a direction");
            }
        }
    }
}
