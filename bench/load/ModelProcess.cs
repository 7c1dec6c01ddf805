using System.Diagnostics;

namespace OpenClaw.Edge.Load;

/// <summary>The scripted model server in a process of its own, so that it and the client do not share a heap.</summary>
internal sealed class ModelProcess : IDisposable
{
    private readonly Process process;

    private ModelProcess(Process process, Uri baseUri)
    {
        this.process = process;
        BaseUri = baseUri;
    }

    public Uri BaseUri { get; }

    public static async Task<ModelProcess> StartAsync()
    {
        string host = Environment.ProcessPath!;
        ProcessStartInfo start = new(host) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(host) == "dotnet")
        {
            start.ArgumentList.Add(typeof(ModelProcess).Assembly.Location);
        }

        start.ArgumentList.Add("--serve-model");
        Process process = Process.Start(start)!;
        string? address = await process.StandardOutput.ReadLineAsync();
        return new ModelProcess(process, new Uri(address ?? throw new InvalidOperationException("The model server did not start.")));
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(3000))
        {
            process.Kill();
        }

        process.Dispose();
    }
}
