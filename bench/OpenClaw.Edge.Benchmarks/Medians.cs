using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace OpenClaw.Edge.Benchmarks;

/// <summary>For operations of tens of milliseconds: single calls, half and worst of them.</summary>
public sealed class Medians : ManualConfig
{
    /// <summary>Makes the configuration.</summary>
    public Medians()
    {
        AddJob(Job.Default.WithStrategy(RunStrategy.Monitoring).WithWarmupCount(5).WithIterationCount(60).WithInvocationCount(1).WithUnrollFactor(1).WithToolchain(InProcessEmitToolchain.Instance));
        AddColumn(StatisticColumn.Median, StatisticColumn.P95);
    }
}
