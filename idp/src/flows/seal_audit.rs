//! The audit trail's chain: one sealer links committed rows, `audit verify` reads it back (SR-92).

use data_encoding::HEXLOWER;

use crate::domain::audit::{AuditRow, Seal};

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
            Some(checkpoint) => checkpoint.seal,
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

fn genesis() -> Seal {
    Seal { number: 0, mac: GENESIS.to_owned() }
}
