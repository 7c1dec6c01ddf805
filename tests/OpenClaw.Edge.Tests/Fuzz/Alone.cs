using Xunit;

namespace OpenClaw.Edge.Tests.Fuzz;

/// <summary>Tests that measure memory or delays of the whole process: nothing runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
