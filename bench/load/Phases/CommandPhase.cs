using System.Diagnostics;
using System.Globalization;

namespace OpenClaw.Edge.Load.Phases;

/// <summary>How long a command at the prompt takes, and how much memory.</summary>
internal static class CommandPhase
{
    public static async Task RunAsync(LoadOptions options, Report report)
    {
        using ModelProcess model = await ModelProcess.StartAsync();
        await using GatewayUnderTest gateway = new(options.Binary, model.BaseUri);
        await gateway.StartAsync();
        string port = gateway.BaseUri.Port.ToString(CultureInfo.InvariantCulture);
        foreach (string command in (string[])["--version", "--help", "status", "config get gateway.auth.mode"])
        {
            Samples wall = new();
            Samples memory = new();
            for (int i = 0; i < (options.Quick ? 3 : 20); i++)
            {
                (double milliseconds, double megabytes) = await OnceAsync(gateway, command, port);
                wall.Add(milliseconds);
                memory.Add(megabytes);
            }

            report.Add(new Figure($"openclaw {command}, median", wall.Median, "ms", 60));
            report.Add(new Figure($"openclaw {command}, largest RSS", memory.Max, "MB", 25));
        }
    }

    private static async Task<(double Milliseconds, double Megabytes)> OnceAsync(GatewayUnderTest gateway, string command, string port)
    {
        ProcessStartInfo start = new(gateway.Binary, command.Split(' ')) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in gateway.Home.Variables)
        {
            start.Environment[name] = value;
        }

        start.Environment["OPENCLAW_GATEWAY_PORT"] = port;
        long began = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        double peak = 0;
        Task exit = process.WaitForExitAsync();
        while (!exit.IsCompleted)
        {
            peak = Math.Max(peak, HighWater(process.Id));
            await Task.WhenAny(exit, Task.Delay(1));
        }

        double took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        await output;
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"openclaw {command} ended with {process.ExitCode}: {await error}");
        }

        return (took, peak);
    }

    private static double HighWater(int process)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(row => row.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line[6..^2].Trim(), CultureInfo.InvariantCulture) / 1024.0;
        }
        catch (IOException)
        {
            return 0; // it has just ended
        }
    }
}
