using System.Runtime.InteropServices;
using OpenClaw.Edge.Memory;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Memory;

public sealed class VectorMathTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(768)]
    [InlineData(1025)]
    public void The_fast_product_is_the_plain_one(int dimensions)
    {
        Random random = new(dimensions);
        byte[] left = new byte[VectorMath.Stride(dimensions)];
        byte[] right = new byte[left.Length];
        for (int i = 0; i < dimensions; i++)
        {
            left[i] = (byte)(sbyte)random.Next(-127, 128);
            right[i] = (byte)(sbyte)random.Next(-127, 128);
        }

        int plain = left.Zip(right, (a, b) => (sbyte)a * (sbyte)b).Sum();

        Assert.Equal(plain, VectorMath.Dot(left, right));
        Assert.Equal(plain, VectorMath.DotAnywhere(MemoryMarshal.Cast<byte, sbyte>(left), MemoryMarshal.Cast<byte, sbyte>(right)));
    }

    [Fact]
    public void The_largest_codes_do_not_overflow()
    {
        byte[] most = [.. Enumerable.Repeat((byte)127, 4096)];
        byte[] least = [.. Enumerable.Repeat(unchecked((byte)(sbyte)-127), 4096)];

        Assert.Equal(127 * 127 * 4096, VectorMath.Dot(most, most));
        Assert.Equal(-127 * 127 * 4096, VectorMath.Dot(most, least));
        Assert.Equal(-127 * 127 * 4096, VectorMath.DotAnywhere(MemoryMarshal.Cast<byte, sbyte>(most), MemoryMarshal.Cast<byte, sbyte>(least)));
    }

    [Fact]
    public void Codes_and_halves_keep_the_cosine()
    {
        Random random = new(1);
        for (int round = 0; round < 50; round++)
        {
            float[] a = Unit(random, 768);
            float[] b = Unit(random, 768);
            double exact = a.Zip(b, (x, y) => (double)x * y).Sum();
            byte[] codeA = new byte[VectorMath.Stride(768)];
            byte[] codeB = new byte[VectorMath.Stride(768)];
            float scaleA = VectorMath.Encode(a, codeA);
            float scaleB = VectorMath.Encode(b, codeB);

            Assert.Equal(exact, VectorMath.Dot(codeA, codeB) * scaleA * scaleB, 0.01);
            Assert.Equal(exact, VectorMath.Cosine(a, VectorMath.ToHalves(b)), 0.001);
        }
    }

    [Fact]
    public void A_vector_without_a_direction_is_refused()
    {
        Assert.False(VectorMath.TryNormalise(new float[8]));
        Assert.False(VectorMath.TryNormalise([1, float.NaN]));
        Assert.False(VectorMath.TryNormalise([float.PositiveInfinity, 1]));
        float[] fine = [3, 4];
        Assert.True(VectorMath.TryNormalise(fine));
        Assert.Equal([0.6f, 0.8f], fine);
    }

    private static float[] Unit(Random random, int dimensions)
    {
        float[] vector = [.. Enumerable.Range(0, dimensions).Select(_ => (float)(random.NextDouble() - 0.5))];
        VectorMath.TryNormalise(vector);
        return vector;
    }
}
