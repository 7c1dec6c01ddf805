using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace OpenClaw.Edge.Memory;

/// <summary>Vectors as they are kept: of length 1, once as 16-bit floats (exact enough to rank by) and once as signed bytes with one
/// scale a vector (a quarter of the bytes of a float; for the first look at all of them). Stateless.</summary>
internal static class VectorMath
{
    /// <summary>Codes are padded to a multiple of so many bytes.</summary>
    public const int Block = 32;

    /// <summary>Bytes of a code with so many numbers.</summary>
    public static int Stride(int dimensions) => (dimensions + Block - 1) / Block * Block;

    /// <summary>Brings a vector to length 1. False when it has none, or holds what is no number.</summary>
    public static bool TryNormalise(Span<float> vector)
    {
        double sum = 0;
        foreach (float value in vector)
        {
            sum += (double)value * value;
        }

        if (!(sum > 0) || !double.IsFinite(sum))
        {
            return false;
        }

        float factor = (float)(1 / Math.Sqrt(sum));
        foreach (ref float value in vector)
        {
            value *= factor;
        }

        return true;
    }

    /// <summary>As 16-bit floats, little-endian.</summary>
    public static byte[] ToHalves(ReadOnlySpan<float> vector)
    {
        byte[] bytes = new byte[vector.Length * 2];
        Span<Half> halves = MemoryMarshal.Cast<byte, Half>(bytes.AsSpan());
        for (int i = 0; i < vector.Length; i++)
        {
            halves[i] = (Half)vector[i];
        }

        return bytes;
    }

    /// <summary>Back again.</summary>
    public static void FromHalves(ReadOnlySpan<byte> bytes, Span<float> vector)
    {
        ReadOnlySpan<Half> halves = MemoryMarshal.Cast<byte, Half>(bytes);
        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] = (float)halves[i];
        }
    }

    /// <summary>Cosine of a vector of length 1 and one as it is kept.</summary>
    public static float Cosine(ReadOnlySpan<float> vector, ReadOnlySpan<byte> halves)
    {
        ReadOnlySpan<Half> other = MemoryMarshal.Cast<byte, Half>(halves);
        float sum = 0;
        for (int i = 0; i < vector.Length; i++)
        {
            sum += vector[i] * (float)other[i];
        }

        return sum;
    }

    /// <summary>As signed bytes into <paramref name="code"/>, whose rest becomes zero.</summary>
    /// <returns>What a byte of one stands for.</returns>
    public static float Encode(ReadOnlySpan<float> vector, Span<byte> code)
    {
        float most = 0;
        foreach (float value in vector)
        {
            most = Math.Max(most, Math.Abs(value));
        }

        float scale = most / 127;
        code.Clear();
        for (int i = 0; i < vector.Length && scale > 0; i++)
        {
            code[i] = (byte)(sbyte)MathF.Round(vector[i] / scale);
        }

        return scale;
    }

    /// <summary>Dot product of two codes of the same stride.</summary>
    public static int Dot(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        ReadOnlySpan<sbyte> a = MemoryMarshal.Cast<byte, sbyte>(left);
        ReadOnlySpan<sbyte> b = MemoryMarshal.Cast<byte, sbyte>(right)[..a.Length];
        return Avx2.IsSupported ? DotAvx2(a, b) : Dp.IsSupported ? DotArm(a, b) : DotAnywhere(a, b);
    }

    /// <summary>The same on every processor.</summary>
    internal static int DotAnywhere(ReadOnlySpan<sbyte> a, ReadOnlySpan<sbyte> b)
    {
        Vector128<int> sum = Vector128<int>.Zero;
        ref sbyte first = ref MemoryMarshal.GetReference(a);
        ref sbyte second = ref MemoryMarshal.GetReference(b);
        for (nuint i = 0; i < (nuint)a.Length; i += 16)
        {
            (Vector128<short> aLow, Vector128<short> aHigh) = Vector128.Widen(Vector128.LoadUnsafe(ref first, i));
            (Vector128<short> bLow, Vector128<short> bHigh) = Vector128.Widen(Vector128.LoadUnsafe(ref second, i));
            (Vector128<int> low, Vector128<int> high) = Vector128.Widen((aLow * bLow) + (aHigh * bHigh)); // 2 · 127² fits 16 bits
            sum += low + high;
        }

        return Vector128.Sum(sum);
    }

    private static int DotAvx2(ReadOnlySpan<sbyte> a, ReadOnlySpan<sbyte> b)
    {
        Vector256<int> sum = Vector256<int>.Zero;
        ref sbyte first = ref MemoryMarshal.GetReference(a);
        ref sbyte second = ref MemoryMarshal.GetReference(b);
        for (nuint i = 0; i < (nuint)a.Length; i += 16)
        {
            sum = Avx2.Add(sum, Avx2.MultiplyAddAdjacent(
                Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref first, i)),
                Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref second, i))));
        }

        return Vector256.Sum(sum);
    }

    private static int DotArm(ReadOnlySpan<sbyte> a, ReadOnlySpan<sbyte> b)
    {
        Vector128<int> sum = Vector128<int>.Zero;
        ref sbyte first = ref MemoryMarshal.GetReference(a);
        ref sbyte second = ref MemoryMarshal.GetReference(b);
        for (nuint i = 0; i < (nuint)a.Length; i += 16)
        {
            sum = Dp.DotProduct(sum, Vector128.LoadUnsafe(ref first, i), Vector128.LoadUnsafe(ref second, i));
        }

        return Vector128.Sum(sum);
    }
}
