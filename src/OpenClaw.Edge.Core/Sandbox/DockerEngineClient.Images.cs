using System.Buffers;
using System.IO.Pipelines;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OpenClaw.Edge.Protocol.Docker;

namespace OpenClaw.Edge.Sandbox;

public sealed partial class DockerEngineClient
{
    private const int MaxLineBytes = 256 * 1024;

    /// <summary>The engine's images.</summary>
    public async Task<IReadOnlyList<ImageSummary>> ListImagesAsync(CancellationToken cancellationToken) =>
        await GetAsync("/images/json", DockerJson.Default.ImageSummaryArray, cancellationToken);

    /// <summary>An image; null when it is not there.</summary>
    public async Task<ImageInspect?> InspectImageAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync($"/images/{ImagePath(name)}/json", DockerJson.Default.ImageInspect, cancellationToken);
        }
        catch (EngineException exception) when (exception.Failure == EngineFailure.NotFound)
        {
            return null;
        }
    }

    /// <summary>Pulls an image from its registry.</summary>
    public Task PullAsync(string name, Action<ProgressLine> onProgress, CancellationToken cancellationToken)
    {
        int colon = name.LastIndexOf(':');
        (string image, string tag) = colon > name.LastIndexOf('/') ? (name[..colon], name[(colon + 1)..]) : (name, "latest");
        return ProgressAsync(
            $"/images/create?fromImage={Uri.EscapeDataString(image)}&tag={Uri.EscapeDataString(tag)}", null, onProgress, cancellationToken);
    }

    /// <summary>Builds an image from a tar with a Dockerfile in it.</summary>
    public async Task BuildAsync(
        string tag, string dockerfile, Stream context, Action<ProgressLine> onProgress, CancellationToken cancellationToken)
    {
        using StreamContent content = Tar(context);
        await ProgressAsync(
            $"/build?t={Uri.EscapeDataString(tag)}&dockerfile={Uri.EscapeDataString(dockerfile)}&rm=true&forcerm=true",
            content,
            onProgress,
            cancellationToken);
    }

    /// <summary>Makes an image of a tar of a root file system.</summary>
    public async Task ImportAsync(string repository, string tag, Stream rootfs, Action<ProgressLine> onProgress, CancellationToken cancellationToken)
    {
        using StreamContent content = Tar(rootfs);
        await ProgressAsync(
            $"/images/create?fromSrc=-&repo={Uri.EscapeDataString(repository)}&tag={Uri.EscapeDataString(tag)}",
            content,
            onProgress,
            cancellationToken);
    }

    /// <summary>Removes an image's name, and the image with its last one. One that is gone is fine.</summary>
    public async Task RemoveImageAsync(string name, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Delete, "/images/" + ImagePath(name), null, s_slow, cancellationToken);
        if (answer.StatusCode != System.Net.HttpStatusCode.NotFound)
        {
            await CheckAsync(answer, "DELETE /images/" + name, cancellationToken);
        }
    }

    private static StreamContent Tar(Stream tar)
    {
        StreamContent content = new(tar);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        return content;
    }

    private static string ImagePath(string name) => Uri.EscapeDataString(name).Replace("%2F", "/", StringComparison.Ordinal);

    // The engine answers 200 at once and tells of failure in the last line.
    private async Task ProgressAsync(string path, HttpContent? content, Action<ProgressLine> onProgress, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Post, path, content, TimeSpan.FromMinutes(30), cancellationToken);
        await CheckAsync(answer, "POST " + path, cancellationToken);
        string? failure = null;
        await LinesAsync(
            answer,
            DockerJson.Default.ProgressLine,
            line =>
            {
                failure = line.Error ?? failure;
                onProgress(line);
            },
            cancellationToken);
        if (failure is not null)
        {
            throw EngineException.Of("POST " + path[..path.IndexOf('?', StringComparison.Ordinal)], 500, failure);
        }
    }

    private static async Task LinesAsync<T>(
        HttpResponseMessage answer, JsonTypeInfo<T> type, Action<T> onLine, CancellationToken cancellationToken)
    {
        try
        {
            using Stream stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
            PipeReader reader = PipeReader.Create(stream);
            while (true)
            {
                ReadResult read = await reader.ReadAsync(cancellationToken);
                ReadOnlySequence<byte> buffer = read.Buffer;
                while (buffer.PositionOf((byte)'\n') is SequencePosition end)
                {
                    Take(buffer.Slice(0, end));
                    buffer = buffer.Slice(buffer.GetPosition(1, end));
                }

                if (read.IsCompleted)
                {
                    Take(buffer);
                    return;
                }

                if (buffer.Length > MaxLineBytes)
                {
                    throw new EngineException(EngineFailure.Broken, $"the engine sent a line of more than {MaxLineBytes} bytes");
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        catch (JsonException exception)
        {
            throw new EngineException(EngineFailure.Broken, $"the engine's progress is not understood: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            throw new EngineException(EngineFailure.Unreachable, $"the connection to the engine broke: {Innermost(exception)}", exception);
        }

        void Take(ReadOnlySequence<byte> line)
        {
            Utf8JsonReader json = new(line);
            if (line.Length > 2 && JsonSerializer.Deserialize(ref json, type) is T value)
            {
                onLine(value);
            }
        }
    }
}
