using OpenClaw.Edge.Providers;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Providers;

public sealed class ContextWindowRuleTests
{
    private const long GiB = 1L << 30;

    [Theory]
    [InlineData(200_000, 9_000, 131_072, 200_000)] // asked for by name
    [InlineData(0, 65_536, 131_072, 65_536)] // our own window from the configuration
    [InlineData(0, 0, 131_072, 32_768)] // what the model has is not what we take
    [InlineData(0, 0, 6_000, 6_000)]
    public void The_configuration_wins(int asked, int tokens, int window, int expected) =>
        Assert.Equal(expected, ContextWindowRule.Choose(asked, new ModelWish { ContextTokens = tokens, ContextWindow = window }, new ModelMemory { ModelWindow = 262_144, FreeBytes = GiB }));

    [Theory]
    [InlineData(262_144, 0, 2, 4_096)] // a Pi with 4 GB
    [InlineData(262_144, 0, 8, 8_192)]
    [InlineData(262_144, 0, 16, 32_768)]
    [InlineData(2_048, 0, 64, 2_048)]
    [InlineData(262_144, 12_288, 2, 12_288)] // the Modelfile says so
    [InlineData(262_144, 262_144, 64, 32_768)]
    [InlineData(0, 0, 64, 4_096)]
    public void Memory_and_model_decide_between_4k_and_32k(long model, int modelfile, int freeGiB, int expected)
    {
        var memory = new ModelMemory { ModelWindow = model, ModelfileWindow = modelfile, WeightBytes = 5 * GiB, FreeBytes = freeGiB * GiB };
        Assert.Equal(expected, ContextWindowRule.Choose(0, null, memory));
    }

    [Fact]
    public void A_server_elsewhere_gets_a_middle_window() =>
        Assert.Equal(ContextWindowRule.Elsewhere, ContextWindowRule.Choose(0, null, new ModelMemory { ModelWindow = 131_072 }));
}
