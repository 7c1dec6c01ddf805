using BenchmarkDotNet.Running;
using OpenClaw.Edge.Benchmarks;

if (args is ["turn", .. string[] rest])
{
    await TurnBenchmarks.RunAsync(rest);
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
}
