using System.Buffers.Binary;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Memory;

/// <summary>Vectors: exact ones by the hash of their text, and codes in packs.</summary>
internal sealed partial class MemoryStore
{
    /// <summary>The row of a model and the length of its vectors; null when it has made none.</summary>
    public (long Id, int Dimensions)? FindModel(string name) => database.Read(connection =>
    {
        (long, int)? found = null;
        connection.Each(
            MemoryTable.FindModel,
            row =>
            {
                found = (row.GetInt64(0), (int)row.GetInt64(1));
                return false;
            },
            name);
        return found;
    });

    /// <summary>Makes the row of a model.</summary>
    public Task<long> AddModelAsync(string name, int dimensions, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => connection.Number(MemoryTable.InsertModel, name, dimensions), cancellationToken);

    /// <summary>Forgets a model and what it made; packs of it are worn from now on.</summary>
    public Task ForgetModelAsync(long model, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            connection.Execute(MemoryTable.DeleteVectorsOfModel, model);
            connection.Execute(MemoryTable.DeleteModel, model);
        },
        cancellationToken);

    /// <summary>Pieces that are in no pack, with their vectors where these are known.</summary>
    public IReadOnlyList<PendingChunk> Unpacked(string agentId, long model, int limit) => database.Read(connection => connection.All(
        MemoryTable.Unpacked,
        row => new PendingChunk(row.GetInt64(0), row.Blob(1).ToArray(), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.Blob(4).ToArray()),
        agentId, model, limit));

    /// <summary>How many pieces are in no pack.</summary>
    public long CountUnpacked(string agentId) => database.Read(connection => connection.Number(MemoryTable.CountUnpacked, agentId));

    /// <summary>Keeps vectors by the hashes of their texts.</summary>
    public Task KeepAsync(long model, IReadOnlyList<(byte[] Hash, byte[] Vector)> vectors, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            foreach ((byte[] hash, byte[] vector) in vectors)
            {
                connection.Execute(MemoryTable.PutVector, model, hash, vector);
            }
        },
        cancellationToken);

    /// <summary>Puts pieces whose vectors are kept into packs. Pieces that are gone meanwhile, or changed, are left out.</summary>
    public Task PackAsync(
        string agentId, long model, int dimensions, IReadOnlyList<(long Id, byte[] Hash, byte[] Vector)> pieces, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection =>
            {
                int capacity = PackCapacity(dimensions);
                int stride = VectorMath.Stride(dimensions);
                float[] vector = new float[dimensions];
                int next = 0;
                while (next < pieces.Count)
                {
                    Pack pack = OpenPack(connection, agentId, model, capacity) ?? MakePack(connection, agentId, model, capacity);
                    byte[] codes = pack.Codes.Length == capacity * stride ? pack.Codes : new byte[capacity * stride];
                    for (; next < pieces.Count && pack.Used < capacity; next++)
                    {
                        (long id, byte[] hash, byte[] halves) = pieces[next];
                        if (connection.Execute(MemoryTable.PlaceChunk, id, hash, pack.Id, pack.Used) == 0)
                        {
                            continue;
                        }

                        VectorMath.FromHalves(halves, vector);
                        float scale = VectorMath.Encode(vector, codes.AsSpan(pack.Used * stride, stride));
                        Span<byte> slot = pack.Slots.AsSpan(pack.Used * SlotBytes, SlotBytes);
                        BinaryPrimitives.WriteInt64LittleEndian(slot, id);
                        BinaryPrimitives.WriteSingleLittleEndian(slot[8..], scale);
                        pack.Used++;
                        pack.Live++;
                    }

                    connection.Execute(MemoryTable.UpdatePack, pack.Id, pack.Used, pack.Live, pack.Slots);
                    connection.Execute(MemoryTable.PutCodes, pack.Id, codes);
                }
            },
            cancellationToken);

    /// <summary>Marks a piece as one that its model refuses: it is found by its words only, until its text changes.</summary>
    public Task GiveUpAsync(PendingChunk piece, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => connection.Execute(MemoryTable.PlaceChunk, piece.Id, piece.Hash, 0L, 0L), cancellationToken);

    /// <summary>Opens one pack of another model, or a mostly empty one: its pieces are unpacked again. False when there is none.</summary>
    public Task<bool> ReleaseWornAsync(string agentId, long model, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            long pack = connection.Number(MemoryTable.WornPacks, agentId, model, 1);
            if (pack == 0)
            {
                return false;
            }

            connection.Execute(MemoryTable.ReleaseChunks, pack);
            connection.Execute(MemoryTable.DeletePack, pack);
            connection.Execute(MemoryTable.DeleteCodes, pack);
            return true;
        },
        cancellationToken);

    /// <summary>Drops the oldest vectors that no text has, beyond <paramref name="kept"/>.</summary>
    public async Task PruneAsync(int kept, CancellationToken cancellationToken)
    {
        long loose = database.Read(connection => connection.Number(MemoryTable.CountLooseVectors));
        for (long left = loose - kept; left > 0; left -= 256)
        {
            await database.WriteAsync(connection => connection.Execute(MemoryTable.DeleteLooseVectors, Math.Min(256, left)), cancellationToken);
        }
    }

    private static Pack? OpenPack(EdgeConnection connection, string agentId, long model, int capacity) => connection.First(
        MemoryTable.OpenPack,
        row => new Pack
        {
            Id = row.GetInt64(0),
            Used = (int)row.GetInt64(1),
            Live = (int)row.GetInt64(2),
            Slots = row.Blob(3).ToArray(),
            Codes = row.Blob(4).ToArray(),
        },
        agentId, model, capacity);

    private static Pack MakePack(EdgeConnection connection, string agentId, long model, int capacity)
    {
        byte[] slots = new byte[capacity * SlotBytes];
        return new Pack { Id = connection.Number(MemoryTable.InsertPack, agentId, model, 0, 0, slots), Slots = slots };
    }
}
