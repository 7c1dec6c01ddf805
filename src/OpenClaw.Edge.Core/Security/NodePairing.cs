using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Security;

/// <summary>The second pairing of nodes: which of the capabilities that a node declares may be used. Thread-safe.</summary>
public sealed class NodePairing(EdgeDatabase database, TimeProvider time)
{
    private const int MaxRows = 1000;

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Nodes that wait, newest first.</summary>
    public IReadOnlyList<NodeRequest> Pending() =>
        database.Read(connection => connection.All(NodeRequestTable.All, PairingRows.ReadNodeRequest, MaxRows));

    /// <summary>The waiting request; null when it is unknown.</summary>
    public NodeRequest? FindRequest(string requestId) =>
        database.Read(connection => connection.First(NodeRequestTable.Find, PairingRows.ReadNodeRequest, requestId));

    /// <summary>The node's waiting request; null when it has none.</summary>
    public NodeRequest? FindRequestOf(string nodeId) =>
        database.Read(connection => connection.First(NodeRequestTable.FindOf, PairingRows.ReadNodeRequest, nodeId));

    /// <summary>Asks for what a node declares. The same declaration keeps its request.</summary>
    /// <returns>The request, and whether it is new.</returns>
    public async Task<(NodeRequest Request, bool Created)> RequestAsync(
        string nodeId, NodeSurface declared, CancellationToken cancellationToken)
    {
        if (FindRequestOf(nodeId) is { } before && before.Surface.Covers(declared) && declared.Covers(before.Surface))
        {
            return (before, false);
        }

        var request = new NodeRequest(Guid.NewGuid().ToString(), nodeId, declared, NowMs);
        await database.WriteAsync(
            connection =>
            {
                connection.Execute(
                    NodeRequestTable.Put,
                    request.RequestId,
                    nodeId,
                    PairingRows.Lines(declared.Caps),
                    PairingRows.Lines(declared.Commands),
                    PairingRows.Lines(declared.Permissions),
                    request.AtMs);
            },
            cancellationToken);
        return (request, true);
    }

    /// <summary>Approves what a node asked for.</summary>
    /// <returns>What was approved; null when the request is unknown.</returns>
    public Task<NodeRequest?> ApproveAsync(string requestId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection =>
            {
                NodeRequest? request = connection.First(NodeRequestTable.Find, PairingRows.ReadNodeRequest, requestId);
                if (request is not null)
                {
                    Set(connection, request.NodeId, request.Surface);
                }

                return request;
            },
            cancellationToken);

    /// <summary>Approves what a node declares, without a question.</summary>
    public Task GrantAsync(string nodeId, NodeSurface declared, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => Set(connection, nodeId, declared), cancellationToken);

    /// <summary>Refuses what a node asked for.</summary>
    /// <returns>What was refused; null when the request is unknown.</returns>
    public Task<NodeRequest?> RejectAsync(string requestId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection =>
            {
                NodeRequest? request = connection.First(NodeRequestTable.Find, PairingRows.ReadNodeRequest, requestId);
                connection.Execute(NodeRequestTable.Delete, requestId);
                return request;
            },
            cancellationToken);

    private void Set(EdgeConnection connection, string nodeId, NodeSurface surface)
    {
        connection.Execute(
            DeviceTable.SetSurface,
            nodeId,
            PairingRows.Lines(surface.Caps),
            PairingRows.Lines(surface.Commands),
            PairingRows.Lines(surface.Permissions),
            NowMs);
        connection.Execute(NodeRequestTable.DeleteOf, nodeId);
    }
}
