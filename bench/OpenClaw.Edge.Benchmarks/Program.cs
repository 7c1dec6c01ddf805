using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using OpenClaw.Edge.Benchmarks;

if (args is ["turn", .. string[] rest])
{
    await TurnBenchmarks.RunAsync(rest);
}
else
{
    // In this process: the project that it would generate and build otherwise knows nothing of this tree's package versions and locks.
    Summary[] summaries = [.. BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args, "--inProcess"])];
    bool failed = summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success));
    return failed ? 1 : 0;
}

return 0;
