//! The audit trail's chain: one sealer links committed rows, `audit verify` reads it back (SR-92).

use std::time::Duration;

use data_encoding::HEXLOWER;

use crate::{
    domain::{
        audit::{AuditRow, Seal},
        clock::Timestamp,
    },
    store::AuditCheckpoint,
};

use super::{FlowError, Flows};

const STRETCH: u32 = 500;
/// What the first link of all is made over.
const GENESIS: &str = "genesis";

/// What a reading of the whole chain found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrailVerdict {
    pub sealed: u64,
    /// Committed, and not yet linked.
    pub unsealed: u64,
    /// Links that are gone: the chain jumps, or ends before its last link.
    pub missing: u64,
    /// Row ids whose link does not hold.
    pub broken: Vec<i64>,
    /// What stands before the chain's first link was not signed here.
    pub forged_checkpoint: bool,
}

impl Flows {
    /// Links what was committed since the last time; gives how many rows.
    pub async fn seal_audit(&self) -> Result<usize, FlowError> {
        let rows = self.store.unsealed_audit(STRETCH).await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let mut last = self.last_link().await?;
        let mut seals = Vec::with_capacity(rows.len());
        for row in &rows {
            let seal = Seal { number: last.number + 1, mac: self.link(&last.mac, last.number + 1, row) };
            last = seal.clone();
            seals.push((row.id, seal));
        }
        self.store.insert_seals(&seals).await?;
        Ok(seals.len())
    }

    /// Reads the chain from its beginning, or from the last checkpoint.
    pub async fn verify_audit(&self) -> Result<TrailVerdict, FlowError> {
        let mut verdict = TrailVerdict::default();
        let mut former = match self.store.last_audit_checkpoint().await? {
            Some(checkpoint) => {
                verdict.forged_checkpoint = !self.is_signed(&checkpoint);
                checkpoint.seal
            }
            None => genesis(),
        };
        loop {
            let rows = self.store.sealed_audit(former.number + 1, STRETCH).await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                let Some(seal) = row.seal.clone() else { continue };
                let gap = u64::try_from(seal.number - former.number - 1).unwrap_or(0);
                verdict.missing += gap;
                // Behind a gap the former link is not known, so only the next one can be judged again.
                let holds = gap > 0 || self.is_link(&former.mac, &seal, &row);
                if holds {
                    verdict.sealed += 1;
                } else {
                    verdict.broken.push(row.id);
                }
                former = seal;
            }
        }
        let last = self.store.last_seal().await?.map_or(former.number, |seal| seal.number);
        verdict.missing += u64::try_from(last - former.number).unwrap_or(0);
        let unsealed = self.store.unsealed_audit(u32::MAX).await?;
        verdict.unsealed = unsealed.len() as u64;
        Ok(verdict)
    }

    /// Drops the sealed rows that are older than `kept`, behind a signed checkpoint; gives how many went.
    pub async fn drop_old_audit(&self, kept: Duration) -> Result<u64, FlowError> {
        let now = self.now();
        let oldest_kept = now.minus(kept);
        let mut from = self.store.last_audit_checkpoint().await?.map_or(0, |checkpoint| checkpoint.seal.number) + 1;
        let mut last = None;
        loop {
            let rows = self.store.sealed_audit(from, STRETCH).await?;
            let seals = rows.iter().take_while(|row| row.entry.at < oldest_kept).filter_map(|row| row.seal.clone());
            let old: Vec<Seal> = seals.collect();
            let all_old = !rows.is_empty() && old.len() == rows.len();
            last = old.into_iter().next_back().or(last);
            match &last {
                Some(seal) if all_old => from = seal.number + 1,
                _ => break,
            }
        }
        let Some(seal) = last else { return Ok(0) };
        let signature = HEXLOWER
            .encode(&self.vault.mac("audit-checkpoint", &signed_parts(&seal, now).each_ref().map(Vec::as_slice)));
        Ok(self.store.drop_sealed_audit(&AuditCheckpoint { seal, at: now, signature }).await?)
    }

    fn is_signed(&self, checkpoint: &AuditCheckpoint) -> bool {
        let parts = signed_parts(&checkpoint.seal, checkpoint.at);
        let parts = parts.each_ref().map(Vec::as_slice);
        let signature = HEXLOWER.decode(checkpoint.signature.as_bytes());
        signature.is_ok_and(|signature| self.vault.is_mac("audit-checkpoint", &parts, &signature))
    }

    async fn last_link(&self) -> Result<Seal, FlowError> {
        Ok(self.store.last_seal().await?.unwrap_or_else(genesis))
    }

    fn link(&self, former: &str, number: i64, row: &AuditRow) -> String {
        HEXLOWER.encode(&self.vault.mac("audit", &[former.as_bytes(), &number.to_be_bytes(), &row.covered()]))
    }

    fn is_link(&self, former: &str, seal: &Seal, row: &AuditRow) -> bool {
        let parts = [former.as_bytes(), &seal.number.to_be_bytes()[..], &row.covered()];
        HEXLOWER.decode(seal.mac.as_bytes()).is_ok_and(|mac| self.vault.is_mac("audit", &parts, &mac))
    }
}

fn signed_parts(seal: &Seal, at: Timestamp) -> [Vec<u8>; 3] {
    [seal.number.to_be_bytes().to_vec(), seal.mac.as_bytes().to_vec(), at.as_millis().to_be_bytes().to_vec()]
}

fn genesis() -> Seal {
    Seal { number: 0, mac: GENESIS.to_owned() }
}
