using System.Net.Http.Headers;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Docker;

namespace OpenClaw.Edge.Sandbox;

public sealed partial class DockerEngineClient
{
    /// <summary>Makes a container; its id.</summary>
    public async Task<string> CreateContainerAsync(string name, ContainerCreateRequest request, CancellationToken cancellationToken) =>
        (await PostAsync(
            "/containers/create?name=" + Uri.EscapeDataString(name),
            request,
            DockerJson.Default.ContainerCreateRequest,
            DockerJson.Default.DockerId,
            cancellationToken)).Id;

    /// <summary>Starts a container; one that runs stays as it is.</summary>
    public Task StartContainerAsync(string id, CancellationToken cancellationToken) =>
        PostAsync($"/containers/{Uri.EscapeDataString(id)}/start", s_slow, cancellationToken);

    /// <summary>Stops a container politely, then by force.</summary>
    public Task StopContainerAsync(string id, TimeSpan grace, CancellationToken cancellationToken) =>
        PostAsync($"/containers/{Uri.EscapeDataString(id)}/stop?t={(int)grace.TotalSeconds}", s_slow + grace, cancellationToken);

    /// <summary>Kills every process of a container.</summary>
    public Task KillContainerAsync(string id, CancellationToken cancellationToken) =>
        PostAsync($"/containers/{Uri.EscapeDataString(id)}/kill", s_quick, cancellationToken);

    /// <summary>Removes a container, running or not, with its anonymous volumes. One that is gone already is fine.</summary>
    public async Task RemoveContainerAsync(string id, CancellationToken cancellationToken)
    {
        string path = $"/containers/{Uri.EscapeDataString(id)}?force=true&v=true";
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Delete, path, null, s_slow, cancellationToken);
        if (answer.StatusCode != System.Net.HttpStatusCode.NotFound)
        {
            await CheckAsync(answer, "DELETE " + path, cancellationToken);
        }
    }

    /// <summary>A container; null when there is none of that id or name.</summary>
    public async Task<ContainerInspect?> InspectContainerAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync($"/containers/{Uri.EscapeDataString(id)}/json", DockerJson.Default.ContainerInspect, cancellationToken);
        }
        catch (EngineException exception) when (exception.Failure == EngineFailure.NotFound)
        {
            return null;
        }
    }

    /// <summary>Containers that have all of these labels, running or not.</summary>
    /// <param name="labels">Each <c>name</c> or <c>name=value</c>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<IReadOnlyList<ContainerSummary>> ListContainersAsync(IReadOnlyList<string> labels, CancellationToken cancellationToken)
    {
        string filters = JsonSerializer.Serialize(
            new Dictionary<string, string[]> { ["label"] = [.. labels] }, DockerJson.Default.DictionaryStringStringArray);
        return await GetAsync(
            "/containers/json?all=true&filters=" + Uri.EscapeDataString(filters), DockerJson.Default.ContainerSummaryArray, cancellationToken);
    }

    /// <summary>What a container uses now.</summary>
    public Task<ContainerStats> StatsAsync(string id, CancellationToken cancellationToken) => GetAsync(
        $"/containers/{Uri.EscapeDataString(id)}/stats?stream=false&one-shot=true", DockerJson.Default.ContainerStats, cancellationToken);

    /// <summary>Unpacks a tar into a folder of a container.</summary>
    public async Task PutArchiveAsync(string id, string folder, Stream tar, CancellationToken cancellationToken)
    {
        string path = $"/containers/{Uri.EscapeDataString(id)}/archive?path={Uri.EscapeDataString(folder)}";
        using StreamContent content = new(tar);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Put, path, content, s_slow, cancellationToken);
        await CheckAsync(answer, "PUT " + path, cancellationToken);
    }

    /// <summary>Copies a file or folder of a container as a tar.</summary>
    public async Task GetArchiveAsync(string id, string source, Stream tar, CancellationToken cancellationToken)
    {
        string path = $"/containers/{Uri.EscapeDataString(id)}/archive?path={Uri.EscapeDataString(source)}";
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, path, null, s_slow, cancellationToken);
        await CheckAsync(answer, "GET " + path, cancellationToken);
        await answer.Content.CopyToAsync(tar, cancellationToken);
    }

    /// <summary>Tells what happens to containers with a label, until cancelled or the engine goes away.</summary>
    public async Task EventsAsync(string label, Action<DockerEvent> onEvent, CancellationToken cancellationToken)
    {
        string filters = JsonSerializer.Serialize(
            new Dictionary<string, string[]> { ["label"] = [label], ["type"] = ["container"] }, DockerJson.Default.DictionaryStringStringArray);
        string path = "/events?filters=" + Uri.EscapeDataString(filters);
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, path, null, s_quick, cancellationToken);
        await CheckAsync(answer, "GET /events", cancellationToken);
        await LinesAsync(answer, DockerJson.Default.DockerEvent, onEvent, cancellationToken);
    }
}
